// Keys on a list of cases: j the next row, k the one before, x ticks it; Enter opens the link that has the focus, as
// everywhere. Ticks every row of a page where a box asks for it. Pages work without this file.
(() => {
  'use strict';
  const links = () => Array.from(document.querySelectorAll('main .case-list a.row-link'));
  const isTyping = (target) => target.closest('input:not([type=checkbox]), select, textarea, [contenteditable]') !== null;

  const move = (by) => {
    const all = links();
    const at = all.findIndex((link) => link.closest('tr').contains(document.activeElement));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    if (next) {
      next.focus();
      next.closest('tr').scrollIntoView({ block: 'nearest' });
    }
  };

  const tick = () => {
    const row = document.activeElement && document.activeElement.closest('tr');
    const box = row && row.querySelector('input[type=checkbox]');
    if (box) box.click();
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || links().length === 0) return;
    const act = { j: () => move(1), k: () => move(-1), x: tick }[event.key];
    if (act) {
      act();
      event.preventDefault();
    }
  });

  document.addEventListener('change', (event) => {
    const all = event.target.closest('[data-ticks-all]');
    if (!all) return;
    const form = all.closest('form');
    form.querySelectorAll('input[type=checkbox][name=pick]').forEach((box) => { box.checked = all.checked; });
  });
})();
