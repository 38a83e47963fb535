/** A file that the user chose, with its place in the package. */
export interface PickedFile {
  /** Forward slashes, Unicode NFC, the chosen folder first. */
  readonly path: string;
  readonly file: File;
}

/** One entry of the list 追加されたフォルダ (BPKG-22): a top folder, or a file beside the folders. */
export interface PickedFolder {
  readonly name: string;
  readonly files: readonly PickedFile[];
  readonly sizeBytes: number;
}

/** From `<input type="file" webkitdirectory>` or a plain file input. */
export function fromInput(list: ArrayLike<File>): PickedFile[] {
  return Array.from(list, (file) => ({ path: normal(file.webkitRelativePath || file.name), file }));
}

/** From a drop: folders are walked to the last file. */
export async function fromDrop(items: DataTransferItemList): Promise<PickedFile[]> {
  // The entries must be taken before the first await: afterwards the list is empty.
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found = await Promise.all(entries.map((entry) => walk(entry, '')));
  return found.flat();
}

async function walk(entry: FileSystemEntry, folder: string): Promise<PickedFile[]> {
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: normal(path), file }];
  }
  const found: PickedFile[] = [];
  for (const child of await readAll((entry as FileSystemDirectoryEntry).createReader())) {
    found.push(...(await walk(child, `${path}/`)));
  }
  return found;
}

/** A reader gives a hundred entries at a time, and none when there are no more. */
async function readAll(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** macOS takes names apart into base letters and marks; content has one spelling. */
function normal(path: string): string {
  return path.normalize('NFC');
}

/** What was there with what is added; a folder or file of the same name is replaced as a whole. */
export function withPicked(before: readonly PickedFile[], added: readonly PickedFile[]): PickedFile[] {
  const replaced = new Set(added.map(({ path }) => topOf(path)));
  return [...before.filter(({ path }) => !replaced.has(topOf(path))), ...added];
}

export function withoutFolder(files: readonly PickedFile[], name: string): PickedFile[] {
  return files.filter(({ path }) => topOf(path) !== name);
}

export function foldersOf(files: readonly PickedFile[]): PickedFolder[] {
  return [...Map.groupBy(files, ({ path }) => topOf(path))].map(([name, group]) => ({
    name,
    files: group,
    sizeBytes: group.reduce((sum, { file }) => sum + file.size, 0),
  }));
}

export function topOf(path: string): string {
  return path.split('/', 1)[0] ?? path;
}
