import type { Hour } from './hour.ts';

const PAGE = 'examples/partner/README.md';

/** Connects a program: a key, then the example in Python and in TypeScript, and once more. */
export async function connect(hour: Hour): Promise<void> {
  const [url = '', key = ''] = (await hour.run(PAGE, 'key', 'trap \'echo "$IPTO_URL $IPTO_KEY"\' EXIT')).trim().split(' ');
  const environment = `export IPTO_URL=${url} IPTO_KEY=${key}`;
  await downloads(await hour.run(PAGE, 'python', environment), 1);
  await hour.run(PAGE, 'install');
  await downloads(await hour.run(PAGE, 'typescript', environment), 3);
}

async function downloads(printed: string, files: number): Promise<void> {
  const verified = printed.match(/checksum verified/g)?.length ?? 0;
  if (verified !== files) throw new Error(`${verified} files were verified:\n${printed}`);
}
