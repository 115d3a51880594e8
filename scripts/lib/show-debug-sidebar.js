/** Runs in the editor that `npm start` opens: shows the debug sidebar, where the example speaks. */
(() => {
  // the editor shows its first sidebar when all is loaded, so this comes after that
  const isLoaded = () =>
    window.RED?.workspaces?.active?.() && $('#red-ui-loading-progress').is(':hidden');
  const show = () => {
    if (isLoaded()) RED.sidebar.show('debug');
    else setTimeout(show, 100);
  };
  show();
})();
