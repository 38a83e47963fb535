export function NewCollectionPage() {
  return <p>later</p>;
}
