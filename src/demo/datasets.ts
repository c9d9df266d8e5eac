/** A dataset of the demo, its objects and its listing, if it has one. */
export type DemoDataset = {
  /** The tenant's slug. */
  readonly tenant: string;
  readonly name: string;
  readonly description: string;
  readonly files: readonly (readonly [name: string, mediaType: string, text: string])[];
  readonly listing: {
    readonly status: 'draft' | 'published' | 'withdrawn';
    readonly title: string;
    readonly summary: string;
    readonly tags: readonly string[];
    readonly price: string;
    readonly currency: string;
  } | null;
};

const CSV = 'text/csv';

/** A CSV text. */
const table = (head: string, rows: readonly string[]): string => `${[head, ...rows].join('\n')}\n`;

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
const weatherOf = (city: string, coldest: number) =>
  table(
    'city,hour_utc,celsius,wind_m_s',
    HOURS.map((hour, n) => `${city},2026-01-15T${hour}:00Z,${coldest + ((n * 7) % 11)},${1 + (n % 6)}`),
  );

export const DEMO_DATASETS: readonly DemoDataset[] = [
  {
    tenant: 'northwind',
    name: 'City weather, hourly',
    description: 'Temperature and wind by the hour, in UTC.\nOne file a city.',
    files: [
      ['oslo.csv', CSV, weatherOf('Oslo', -9)],
      ['lisbon.csv', CSV, weatherOf('Lisbon', 8)],
      ['vienna.csv', CSV, weatherOf('Vienna', -2)],
    ],
    listing: {
      status: 'published',
      title: 'Hourly weather of European cities',
      summary: 'Temperature and wind of every hour, checked against two stations a city.',
      tags: ['weather', 'europe', 'hourly'],
      price: '0.40',
      currency: 'EUR',
    },
  },
  {
    tenant: 'northwind',
    name: 'Port calls',
    description: 'Which ship called at which port, and for how long.',
    files: [
      [
        'port-calls.csv',
        CSV,
        table('port,ship_type,arrived,hours', [
          'Rotterdam,container,2026-01-04,31',
          'Gdańsk,bulk,2026-01-05,54',
          'Genoa,ro-ro,2026-01-05,9',
        ]),
      ],
    ],
    listing: {
      status: 'published',
      title: 'Port calls in Europe',
      summary: 'Arrivals and hours at berth, by type of ship.',
      tags: ['shipping', 'europe', 'logistics'],
      price: '3',
      currency: 'EUR',
    },
  },
  {
    tenant: 'northwind',
    name: 'Cold chain sensors',
    description: 'Readings of lorries, not cleaned yet.',
    files: [['readings.jsonl', 'application/jsonl', '{"lorry":"N-17","celsius":3.5}\n{"lorry":"N-18","celsius":4.25}\n']],
    listing: {
      status: 'draft',
      title: 'Cold chain readings',
      summary: '',
      tags: ['logistics'],
      price: '1.25',
      currency: 'EUR',
    },
  },
  {
    tenant: 'adatum',
    name: 'Footfall by street',
    description: 'People counted by day in shopping streets.',
    files: [['footfall.csv', CSV, table('street,day,people', ['Grafton Street,2026-01-10,48210', 'Rua Augusta,2026-01-10,51877'])]],
    listing: {
      status: 'published',
      title: 'Footfall in shopping streets',
      summary: 'Counted by day, without anybody being known.',
      tags: ['retail', 'europe', 'daily'],
      price: '12.50',
      currency: 'USD',
    },
  },
  {
    tenant: 'adatum',
    name: 'Charging stations',
    description: 'Where electric cars charge, and how fast.',
    files: [['stations.csv', CSV, table('city,stations,kilowatts', ['Oslo,3120,68000', 'Lisbon,1480,21000', 'Vienna,2210,33500'])]],
    listing: {
      status: 'published',
      title: 'Charging stations by city',
      summary: 'Stations and their power, by city; renewed each month.',
      tags: ['energy', 'mobility', 'europe'],
      price: '0',
      currency: 'EUR',
    },
  },
  {
    tenant: 'adatum',
    name: 'Survey of 2024',
    description: 'Superseded.',
    files: [['survey.csv', CSV, table('question,yes,no', ['Would buy again,812,188'])]],
    listing: {
      status: 'withdrawn',
      title: 'Retail survey of 2024',
      summary: 'What shoppers said.',
      tags: ['retail', 'survey'],
      price: '25',
      currency: 'USD',
    },
  },
];
