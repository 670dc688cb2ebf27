/** Documents as an app's users hand them in, made up, to show the console with. */
import type { Ending } from '../../../server/test/harness.ts';
import { openPage } from '../browser.ts';

interface Sample {
  readonly recordId: string;
  readonly type: string;
  readonly filename: string;
  readonly body: Blob;
}

const letter = `<style>body{font:13pt/1.6 serif;margin:2cm}h1{font-size:22pt}hr{margin:1.2cm 0}</style>
<h1>Tenancy agreement</h1>
<p>between <b>Meadow Lettings</b>, 4 Mill Lane, and <b>Ada Example</b>, 12 Harbour Street, on the dwelling at 12 Harbour Street,
second floor, of three rooms, kitchen and bath.</p>
<h2>1. Term</h2><p>The tenancy begins on 1 April and runs for an indefinite time. Either side may end it in writing with three
months’ notice to the end of a month.</p>
<h2>2. Rent</h2><p>The rent is 840 a month, due on the third working day. It includes water and heating, not electricity.</p>
<h2>3. Deposit</h2><p>The tenant pays a deposit of two months’ rent, kept on an account of its own, and returned with interest.</p>
<hr><p>Signed by both sides on 14 March.</p>`;

const bill = (
  month: string,
) => `<style>body{font:12pt/1.6 sans-serif;margin:2cm}table{width:100%}td{border-top:1px solid #ccc;padding:6px 0}td+td{text-align:right}</style>
<h1>Energy bill</h1><p>Ada Example, 12 Harbour Street<br>${month}</p>
<table><tr><td>Electricity, 212 kWh<td>61.48<tr><td>Standing charge<td>9.90<tr><td><b>To be paid</b><td><b>71.38</b></table>`;

const passport = `<style>body{margin:0;font:22px/1.5 sans-serif;background:#dfe7ef}div{display:grid;grid-template-columns:260px 1fr;gap:32px;padding:48px;height:440px;
background:linear-gradient(120deg,#eef3f8,#cfdcea)}i{background:#9fb3c8;border-radius:12px}b{font-size:30px}small{color:#5a6b7d}p{margin:0 0 10px}</style>
<div><i></i><section><b>SPECIMEN</b><p><small>Surname</small><br>EXAMPLE<p><small>Given names</small><br>ADA<p><small>Date of birth</small><br>10 DEC 1990
<p><code>P&lt;UTOEXAMPLE&lt;&lt;ADA&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;</code></section></div>`;

const csv =
  'date,payee,amount\n2026-03-02,Meadow Lettings,-840.00\n2026-03-05,Harbour Market,-48.20\n2026-03-28,Salary,2410.00\n';

/** Oldest first. */
export async function samples(t: Ending): Promise<Sample[]> {
  const { page } = await openPage(t, { viewport: { width: 900, height: 536 } });
  const printed = async (html: string) => {
    await page.setContent(html);
    const made = (await page.pdf({ format: 'A4' })).toString('latin1');
    // Without the time at which it was made, it is the same file every time.
    const bytes = Buffer.from(made.replace(/D:\d{14}/g, 'D:20260314090000'), 'latin1');
    return new Blob([new Uint8Array(bytes)], { type: 'application/pdf' });
  };
  const pictured = async (html: string) => {
    await page.setContent(html);
    return new Blob([new Uint8Array(await page.screenshot())], { type: 'image/png' });
  };
  const contract = await printed(letter);
  const photo = await pictured(passport);
  const statement = new Blob([csv], { type: 'text/csv' });
  return [
    {
      recordId: 'inquiry-2038',
      type: 'proof_of_address',
      filename: 'energy-bill-2024.pdf',
      body: await printed(bill('December 2024')),
    },
    {
      recordId: 'inquiry-2039',
      type: 'id',
      filename: 'residence-permit-front-and-back-scanned-in-one.png',
      body: photo,
    },
    { recordId: 'inquiry-2039', type: 'contract', filename: 'employment-contract.pdf', body: contract },
    {
      recordId: 'customer/1187',
      type: 'other',
      filename: 'complaint-about-the-heating.csv',
      body: statement,
    },
    { recordId: 'inquiry-2041', type: 'other', filename: 'bank-statement-march.csv', body: statement },
    {
      recordId: 'inquiry-2041',
      type: 'proof_of_address',
      filename: 'energy-bill-february.pdf',
      body: await printed(bill('February 2026')),
    },
    { recordId: 'inquiry-2041', type: 'id', filename: 'passport-photo-page.png', body: photo },
    { recordId: 'inquiry-2041', type: 'contract', filename: 'tenancy-agreement.pdf', body: contract },
  ];
}
