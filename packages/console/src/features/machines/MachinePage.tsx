export function MachinePage() {
  return <p>later</p>;
}
