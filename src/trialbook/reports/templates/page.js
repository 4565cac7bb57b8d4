(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = document.querySelector(".tb-findings input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
  });
  // Paper cannot be clicked: what is folded on the screen is open in print, but for the rules that passed, a hundred pages of them.
  const folded = () => document.querySelectorAll(".tb-rules details:not([open]):not(.tb-passed), .tb-history details:not([open])");
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...folded()];
    opened.forEach((details) => { details.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));
})();
