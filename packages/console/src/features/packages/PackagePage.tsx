export function PackagePage() {
  return <p>later</p>;
}
