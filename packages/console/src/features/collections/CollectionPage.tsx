export function CollectionPage() {
  return <p>later</p>;
}
