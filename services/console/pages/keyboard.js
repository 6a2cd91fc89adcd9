// `/` goes to the search field, on whatever page one is.
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
