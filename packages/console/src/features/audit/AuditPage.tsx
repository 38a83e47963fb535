export function AuditPage() {
  return <p>later</p>;
}
