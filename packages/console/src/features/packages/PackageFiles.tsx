import type { PackageFile } from '@tenkai/protocol/api/packages.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/use-formats.ts';
import './PackageFiles.css';

interface Props {
  readonly id: string;
  readonly files: readonly PackageFile[];
  readonly bytes: number;
}

const mostFiles = 500;

/** The source files of a package with their time stamps, each of which can be opened (DIST-03). */
export function PackageFiles({ id, files, bytes }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <details>
      <summary>
        {t('packages.fileCount', { count: files.length })}, {formats.bytes(bytes)}
      </summary>
      <table className="tk-package-files">
        <thead>
          <tr>
            <th scope="col">{t('packages.file.path')}</th>
            <th scope="col">{t('packages.file.size')}</th>
            <th scope="col">{t('packages.file.modified')}</th>
          </tr>
        </thead>
        <tbody>
          {files.slice(0, mostFiles).map((file) => (
            <FileRow key={file.path} id={id} file={file} />
          ))}
        </tbody>
      </table>
      {files.length > mostFiles ? (
        <p className="tk-muted">
          {t('machines.andMore', { rest: formats.number(files.length - mostFiles) })}
        </p>
      ) : null}
    </details>
  );
}

function FileRow({ id, file }: { readonly id: string; readonly file: PackageFile }) {
  const formats = useFormats();
  return (
    <tr>
      <td className="tk-mono">
        <a href={fileAddress(id, file.path)} download={file.path.split('/').at(-1)}>
          {file.path}
        </a>
      </td>
      <td className="tk-muted">{formats.bytes(file.sizeBytes)}</td>
      <td className="tk-muted">{file.modifiedAt === null ? '–' : formats.dateTime(file.modifiedAt)}</td>
    </tr>
  );
}

/** The site serves the plain files of the newest revision to whoever is signed in. */
function fileAddress(id: string, path: string): string {
  return `/content/packages/${encodeURIComponent(id)}/${path.split('/').map(encodeURIComponent).join('/')}`;
}
