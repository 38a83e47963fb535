export function StatusPage() {
  return <p>later</p>;
}
