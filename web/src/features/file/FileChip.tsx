import './texts';
import './file.css';
import { IconFile, IconFileText, IconFileTypePdf, IconFileZip, IconLock, IconPhoto, IconTable } from '@tabler/icons-react';
import type { Attachment } from '@/api/types';
import { t } from '@/app/i18n';
import { paths } from '@/app/paths';
import { fileSize } from '@/ui/time';
import { fileKind, hasPreview, type FileKind } from './kinds';

const ICON: Partial<Record<FileKind, typeof IconFile>> = { image: IconPhoto, text: IconFileText, document: IconFileText, pdf: IconFileTypePdf, archive: IconFileZip, sheet: IconTable };

export function FileIcon({ type }: { type: string }) {
  const Icon = ICON[fileKind(type)] ?? IconFile;
  return <Icon aria-hidden />;
}

/** A file as it stands in its message: name, kind and size; a picture shows itself. */
export function FileChip({ file }: { file: Attachment }) {
  const internal = file.audience === 'internal';
  const picture = hasPreview(file);
  return (
    <a className={`file${picture ? ' picture' : ''}`} href={paths.attachment(file.id)} download={file.file_name}>
      {picture && <img src={paths.attachment(file.id)} alt={t('file:picture', { name: file.file_name })} loading="lazy" decoding="async" height={PREVIEW_PX} />}
      <span className="file-line">
        {internal ? <IconLock aria-hidden /> : <FileIcon type={file.content_type} />}
        {internal && <span className="vh">{t('file:internal')} </span>}
        <b>{file.file_name}</b>
        <span className="file-meta">
          {t(`file:type.${fileKind(file.content_type)}`)}, {fileSize(file.size)}
        </span>
      </span>
    </a>
  );
}

const PREVIEW_PX = 132;

export function FileChips({ files }: { files: Attachment[] | undefined }) {
  if (!files || files.length === 0) return null;
  return (
    <div className="files">
      {files.map((file) => (
        <FileChip key={file.id} file={file} />
      ))}
    </div>
  );
}
