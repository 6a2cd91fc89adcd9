// `/` goes to the search field, on whatever page one is; arrow keys walk from there and through the entries of
// lists, and Enter, which links and buttons know by themselves, opens. Ctrl+Enter saves the dialog that is open,
// or the form one is in.
document.addEventListener('keydown', event => {
  const busy = event.target.closest && event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key !== '/' || busy || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const field = document.querySelector('.search input');
  if (field) { field.focus(); field.select(); } else { location.href = '/organizations#search'; }
});
if (location.hash === '#search') {
  const waiting = setInterval(() => {
    const field = document.querySelector('.search input');
    if (field) { field.focus(); clearInterval(waiting); }
  }, 100);
  setTimeout(() => clearInterval(waiting), 5000);
}
document.addEventListener('keydown', event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = document.activeElement;
  const typing = at && at.closest('input, textarea, select, [contenteditable], .q-menu');
  const found = at && at.closest('.picker');
  if (typing && !found && !at.closest('.search')) return;
  const inside = found || document.querySelector('.q-dialog') || document;
  const entries = [...inside.querySelectorAll('[data-list] .open')].filter(one => one.offsetParent);
  if (!entries.length) return;
  event.preventDefault();
  const next = entries.indexOf(at) < 0 ? (step > 0 ? 0 : entries.length - 1) : entries.indexOf(at) + step;
  (entries[next] || at).focus();
});
document.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || !event.ctrlKey || event.repeat) return;
  const save = [...document.querySelectorAll('.q-dialog .buttons .saves')].pop() ||
    event.target.closest('.unfolded')?.querySelector('.buttons .saves');
  if (save) { event.preventDefault(); save.click(); }
});
// Back to where one came from: to the list as it was narrowed, or to the calendar's day, today, a board.
document.addEventListener('click', event => {
  const back = event.target.closest && event.target.closest('a.back');
  if (!back || event.button || event.ctrlKey || event.metaKey || event.shiftKey || !document.referrer) return;
  const from = new URL(document.referrer);
  if (from.origin !== location.origin || from.pathname !== new URL(back.href).pathname) return;
  event.preventDefault();
  location.href = from.href;
});
// On a telephone the bar is longer than the window: it begins at the page one is on.
const arriving = setInterval(() => {
  const here = document.querySelector('nav .here');
  if (!here) return;
  here.parentElement.scrollLeft = here.offsetLeft - 40;
  leadBack(document.querySelector('a.back'));
  clearInterval(arriving);
}, 100);
function leadBack(back) {
  if (!back || !document.referrer) return;
  const from = new URL(document.referrer);
  const page = [...document.querySelectorAll('nav a')].find(one => one.pathname === from.pathname);
  if (!page || from.origin !== location.origin || from.pathname === new URL(back.href).pathname) return;
  back.href = from.href;
  back.textContent = `← ${page.firstElementChild.textContent}`;
}
setTimeout(() => clearInterval(arriving), 5000);
