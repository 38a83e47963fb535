export function CollectionsPage() {
  return <p>later</p>;
}
