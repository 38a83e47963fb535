export function PointsPage() {
  return <p>later</p>;
}
