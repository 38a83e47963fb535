export function DeploymentsPage() {
  return <p>later</p>;
}
