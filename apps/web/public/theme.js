/**
 * Owns the theme before the first paint: what the user chose, else what the system prefers. A file of its own that
 * blocks, because the page may hold no inline script. app/preferences.ts writes what is read here.
 */
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    let chosen = 'system';
    try {
      chosen = JSON.parse(localStorage.getItem('rondo.preferences') ?? '{}').theme ?? 'system';
    } catch {
      // Storage may be closed or hold nonsense; then the system decides.
    }
    const isDark = chosen === 'dark' || (chosen !== 'light' && dark.matches);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  };
  apply();
  dark.addEventListener('change', apply);
  addEventListener('rondo:theme', apply);
})();
