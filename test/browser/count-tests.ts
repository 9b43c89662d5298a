// Reads vitest's JSON report; prints `PASSED FAILED`, where a skipped test counts as failed, and names those on stderr.
// `node test/browser/count-tests.ts <report.json>`
import { readFileSync } from 'node:fs';

interface Report {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
}

const [path = ''] = process.argv.slice(2);
const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report;
let passed = 0;
const problems: string[] = [];
for (const { name, status, message, assertionResults } of testResults) {
  // A file that cannot be loaded has no tests of its own to fail.
  if (status === 'failed' && assertionResults.every((test) => test.status !== 'failed')) {
    problems.push(`failed: ${name}: ${message.slice(0, 500)}`);
  }
  for (const test of assertionResults) {
    if (test.status === 'passed') passed++;
    else problems.push(`${test.status}: ${test.fullName} (${name})`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`${passed} ${problems.length}`);
process.exitCode = problems.length === 0 ? 0 : 1;
