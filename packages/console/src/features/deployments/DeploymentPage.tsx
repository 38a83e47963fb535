export function DeploymentPage() {
  return <p>later</p>;
}
