/** Keeps one folder like another, and touches only what differs. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';

/** The files in a folder and in those below it, relative to it. */
export function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Makes `to` hold those files of `from` that are wanted, and nothing else. */
export function mirror(from, to, isWanted) {
  const wanted = new Set(filesIn(from).filter(isWanted));
  for (const file of filesIn(to)) {
    if (!wanted.has(file)) removeFile(to, file);
  }
  for (const file of wanted) {
    const [source, target] = [path.join(from, file), path.join(to, file)];
    if (existsSync(target) && readFileSync(source).equals(readFileSync(target))) continue;
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(source, target);
  }
}

/** With the folders that are empty without it. */
export function removeFile(folder, file) {
  rmSync(path.join(folder, file), { force: true });
  for (let parent = path.dirname(file); parent !== '.'; parent = path.dirname(parent)) {
    const whole = path.join(folder, parent);
    if (readdirSync(whole).length > 0) return;
    rmdirSync(whole);
  }
}
