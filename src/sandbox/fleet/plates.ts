/** Licence plates, made up in the German way: each is given out once. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Three digits, from 100 on. */
const NUMBERS = 900;

export class Plates {
  #given = 0;

  next(): string {
    const series = Math.floor(this.#given / NUMBERS);
    const number = 100 + (this.#given % NUMBERS);
    this.#given += 1;
    const more = series < 26 ? '' : LETTERS.charAt(Math.floor(series / 26 - 1) % 26);
    return `SBX-${more}${LETTERS.charAt(series % 26)} ${number}`;
  }
}
