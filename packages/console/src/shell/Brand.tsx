/** The mark: a square that unfolds (展開). */
export function Brand({ size = 26 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#4a4699" />
      <path d="M7 9h8v8H7z" fill="#fff" />
      <path d="M17 9l8-2v8l-8 2z" fill="#fff" opacity=".72" />
      <path d="M7 19h8l-2 7H5z" fill="#fff" opacity=".72" />
      <path d="M17 19l8-2-2 7-8 2z" fill="#fff" opacity=".42" />
    </svg>
  );
}
