import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty } from '../ui/Empty.tsx';

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Empty
      icon={IconMapQuestion}
      title={t('shell.notFound')}
      text={t('shell.notFoundText')}
      action={<Link to="/">{t('nav.overview')}</Link>}
    />
  );
}
