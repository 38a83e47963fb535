export function OverviewPage() {
  return <p>later</p>;
}
