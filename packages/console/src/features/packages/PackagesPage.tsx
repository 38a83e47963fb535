export function PackagesPage() {
  return <p>later</p>;
}
