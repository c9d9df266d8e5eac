import { type Fault, newestMigration } from './fault.ts';

const DUE = newestMigration('FUNCTION crossing_due_tenants(');
const DATASET = ['test/domain/dataset'];
const OBJECT = ['test/domain/object'];
const LISTING = ['test/domain/listing'];
const STORE = ['test/store'];
const PURGE = ['test/domain/tenant/purge'];

/** Faults of the provider side: the store and its links, datasets, objects, listings, sides. */
export const PROVIDER_FAULTS: readonly Fault[] = [
  // Links
  { file: 'src/store/link.ts', find: '{method}', plant: "{''}", tests: STORE },
  { file: 'src/store/link.ts', find: ' || !timingSafeEqual(given, expected)', plant: '', tests: STORE },
  { file: 'src/store/link.ts', find: ' || until <= now', plant: '', tests: STORE },
  { file: 'src/store/link.ts', find: "given.toString('base64url') !== signature || ", plant: '', tests: STORE },
  // The folder
  { file: 'src/http/routes/byte-range.ts', find: 'ifRange !== undefined && ifRange !== etag', plant: 'false', tests: STORE },
  { file: 'src/store/files.ts', find: 'if (!hash.digest().equals(sha256))', plant: 'if (false)', tests: STORE },
  { file: 'src/http/routes/objects.ts', find: 'if (length !== String(facts.size))', plant: 'if (false)', tests: STORE },
  { file: 'src/http/routes/objects.ts', find: 'if (type !== facts.mediaType)', plant: 'if (false)', tests: STORE },
  {
    file: 'src/store/files.ts',
    find: '      } finally {\n        await rm(part, { force: true });\n      }',
    plant: '      } finally {\n      }',
    tests: STORE,
  },
  { file: 'src/store/key.ts', find: 'if (!PREFIX.test(prefix))', plant: 'if (false)', tests: STORE },
  { file: 'src/store/key.ts', find: 'if (!isKey(key)) throw', plant: 'if (false) throw', tests: STORE },
  { file: 'src/store/disposition.ts', find: '[^\\x20-\\x7e]|', plant: '', tests: STORE },
  // The demo's own routes
  {
    file: 'src/demo/routes.ts',
    find: 'if (isOwnHost(request.headers.host, host)) return',
    plant: 'return',
    tests: ['test/demo/routes'],
  },
  {
    file: 'src/demo/routes.ts',
    find: 'return answerCors(corsOrigins, request, response)',
    plant: "return answerCors([request.headers.origin ?? ''], request, response)",
    tests: ['test/demo/routes'],
  },
  // S3
  { file: 'src/store/s3.ts', find: "'content-type', CHECKSUM]", plant: 'CHECKSUM]', tests: STORE },
  { file: 'src/store/s3.ts', find: 'unhoistableHeaders: new Set([CHECKSUM]),', plant: '', tests: STORE },
  { file: 'src/store/s3.ts', find: 'if (Errors.length) throw', plant: 'if (false) throw', tests: STORE },
  { file: 'src/store/s3.ts', find: '{checkPrefix(prefix)}/', plant: '{checkPrefix(prefix).slice(64)}', tests: STORE },
  // Datasets
  { file: 'src/domain/dataset/create.ts', find: '    await checkRoom(command);\n', plant: '', tests: DATASET, short: true },
  {
    file: 'src/domain/dataset/create.ts',
    find: 'const { planCode } = await applyDueChange(command);',
    plant: 'const planCode = command.tenant.planCode as never; void applyDueChange;',
    tests: DATASET,
  },
  { file: 'src/domain/dataset/delete.ts', find: "if (listing?.status === 'published')", plant: 'if (false)', tests: DATASET },
  // Objects
  {
    file: 'src/domain/object/complete.ts',
    find: 'if (!found || !isSame(found, announced))',
    plant: 'if (!found)',
    tests: OBJECT,
  },
  { file: 'src/domain/object/complete.ts', find: ' && Buffer.from(found.sha256).equals(announced.sha256)', plant: '', tests: OBJECT },
  { file: 'src/domain/object/remove.ts', find: '=== 1', plant: '=== 0', tests: OBJECT },
  { file: 'src/domain/object/upload.ts', find: 'if (storedAt) return null;', plant: '', tests: OBJECT },
  { file: 'src/domain/object/remove-stale.ts', find: '-LINGER', plant: 'LINGER', tests: OBJECT },
  { file: DUE, find: "moment - interval '1 day'", plant: "moment - interval '9 days'", tests: OBJECT },
  { file: 'src/domain/object/facts.ts', find: 'if (size > LARGEST)', plant: 'if (false)', tests: OBJECT },
  {
    file: 'src/domain/tenant/purge.ts',
    find: '  await store.removeAll(prefixOf(unit.binding.tenantId!));\n',
    plant: '',
    tests: PURGE,
  },
  // Listings and sides
  { file: 'src/domain/listing/publish.ts', find: '    await checkSells(command);\n', plant: '', tests: LISTING },
  { file: 'src/domain/listing/publish.ts', find: 'where: stored(datasetId)', plant: 'where: { datasetId }', tests: LISTING },
  { file: 'src/domain/listing/terms.ts', find: 'price: price.toFixed()', plant: 'price: Number(price.toFixed())', tests: LISTING },
  { file: 'src/domain/listing/terms.ts', find: '[...new Set(texts.map(', plant: '[...(texts.map(', tests: LISTING },
  {
    file: 'src/domain/tenant/set-sides.ts',
    find: '...(buys != null && { buys })',
    plant: 'buys: buys ?? false',
    tests: LISTING,
  },
];
