/** Water under a wheel. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" className="logo">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <g fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round">
        <path d="M5 12c3.7-3.6 7.3-3.6 11 0s7.3 3.6 11 0" />
        <path d="M5 19c3.7-3.6 7.3-3.6 11 0s7.3 3.6 11 0" opacity=".75" />
        <path d="M5 26c3.7-3.6 7.3-3.6 11 0s7.3 3.6 11 0" opacity=".45" />
      </g>
    </svg>
  );
}
