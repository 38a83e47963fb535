export function EnrollmentPage() {
  return <p>later</p>;
}
