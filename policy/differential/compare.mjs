// Generates (policy, request) pairs, asks both evaluators, shrinks every disagreement as far as it stays one, and sorts what is
// left into the classes of docs/policy-semantics.md. Run by run.sh, beside an installed @cloud-copilot/iam-simulate.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const wanted = Number(process.argv[2])
let state = Number(process.argv[3]) >>> 0

// A small generator of reproducible numbers (mulberry32's mixing of a counter).
function random() {
  state = (state + 0x6d2b79f5) >>> 0
  let x = state
  x = Math.imul(x ^ (x >>> 15), x | 1)
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
  return ((x ^ (x >>> 14)) >>> 0) / 4294967296
}
const pick = (list) => list[Math.floor(random() * list.length)]
const chance = (share) => random() < share
const oneOrMore = (list) => (chance(0.6) ? pick(list) : [...new Set([pick(list), pick(list), pick(list)])])

const CALLERS = [
  '*', '*', 'arn:aws:iam::111122223333:root', 'arn:aws:iam::111122223333:user/ann', 'arn:aws:iam::111122223333:user/team/bob',
  'arn:aws:iam::444455556666:user/ann', 'arn:aws:iam::111122223333:role/encoder',
  'arn:aws:sts::111122223333:assumed-role/encoder/live', 'arn:aws:sts::444455556666:assumed-role/encoder/live',
  'arn:aws:sts::111122223333:federated-user/ann', 'cloudfront.amazonaws.com', 'logs.amazonaws.com',
]
const AWS = [
  '*', '111122223333', 'arn:aws:iam::111122223333:root', '444455556666', 'arn:aws:iam::111122223333:user/ann',
  'arn:aws:iam::111122223333:user/team/bob', 'arn:aws:iam::111122223333:role/encoder',
  'arn:aws:sts::111122223333:assumed-role/encoder/live', 'arn:aws:sts::111122223333:federated-user/ann',
]
const ACTIONS = ['s3:GetObject', 's3:getobject', 's3:Get*', 's3:*', '*', 's3:PutObject', 's3:?etObject', 'S3:GetObject']
const RESOURCES = [
  'arn:aws:s3:::movies/*', 'arn:aws:s3:::movies/live/*', 'arn:aws:s3:::movies/live/?.ts', 'arn:aws:s3:::other/*', '*',
  'arn:aws:s3:::movies/${aws:username}/*', 'arn:aws:s3:::movies*', 'arn:*:s3:::movies/live/1.ts', 'arn:aws:s3:::movies/${*}',
]
const OBJECTS = ['movies/a', 'movies/live/1.ts', 'movies/live/10.ts', 'movies/ann/x', 'movies/live/a:b', 'other/a', 'movies/a/b/c', 'movies-2/a']

const STRINGS = ['a', 'A', 'b', 'a*', '*', '?', 'a?c', '', 'x-${aws:username}', "${aws:username, 'a'}", '${*}', 'É', 'abc']
const TEXTS = ['a', 'A', 'b', 'abc', 'ABC', 'x-ann', '', 'é', '*', 'ann', 'aXc']
const FAMILIES = [
  { names: ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike'],
    keys: ['aws:Referer', 'AWS:UserAgent', 'aws:PrincipalTag/Team', 'aws:SourceVpc', 'aws:PrincipalOrgID'], operands: STRINGS, values: TEXTS },
  { names: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'], list: true,
    keys: ['aws:TagKeys', 'aws:CalledVia', 'aws:PrincipalOrgPaths'], operands: STRINGS, values: TEXTS },
  { names: ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'],
    keys: ['aws:MultiFactorAuthAge'], operands: ['10', '10.0', '1e1', '-1', '9.5', '9007199254740993'], values: ['10', '010', '9', '11', '-1', '9007199254740992', '10.5'] },
  { names: ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'],
    keys: ['aws:CurrentTime', 'aws:TokenIssueTime'], operands: ['2030-01-01T00:00:00Z', '2030-01-01', '1893456000', '2029-06-01T00:00:00.500Z', '2030-01-01T01:00:00+01:00'],
    values: ['2030-01-01T00:00:00Z', '2029-12-31T23:59:59Z', '1893456000', '1893456001', '2029-06-01T00:00:00.500Z'] },
  { names: ['Bool'], keys: ['aws:SecureTransport', 'aws:MultiFactorAuthPresent', 'aws:ViaAWSService'], operands: ['true', 'false', 'True'], values: ['true', 'false'] },
  { names: ['Null'], keys: ['aws:Referer', 'aws:SourceVpc', 'aws:TagKeys'], operands: ['true', 'false'], values: ['a'] },
  { names: ['IpAddress', 'NotIpAddress'], keys: ['aws:SourceIp', 'aws:VpcSourceIp'],
    operands: ['203.0.113.0/24', '203.0.113.7', '0.0.0.0/0', '::/0', '2001:db8::/32', '203.0.113.77/24', '2001:db8::1/32', '128.0.0.0/1'],
    values: ['203.0.113.7', '203.0.113.200', '198.51.100.1', '2001:db8::1', '2001:db9::1'] },
  { names: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'], keys: ['aws:SourceArn', 'aws:PrincipalArn'],
    operands: ['arn:aws:s3:::b', 'arn:aws:s3:::*', 'arn:aws:sns:*:111122223333:t?', 'arn:aws:iam::111122223333:role/*', 'arn:*:iam::*:user/*', 'arn:aws:iam::111122223333:user/${aws:username}'],
    values: ['arn:aws:s3:::b', 'arn:aws:sns:eu-west-1:111122223333:tx', 'arn:aws:iam::111122223333:role/encoder', 'arn:aws:iam::111122223333:user/ann', 'arn:aws:s3:::b:c'] },
]

function condition() {
  const family = pick(FAMILIES)
  let name = pick(family.names)
  if (name !== 'Null') {
    if (chance(family.list ? 0.85 : 0.1)) name = pick(['ForAllValues:', 'ForAnyValue:']) + name
    if (chance(0.2)) name += 'IfExists'
  }
  return [name, pick(family.keys), oneOrMore(family.operands)]
}

function statement() {
  const result = { Effect: pick(['Allow', 'Allow', 'Deny']) }
  const principal = chance(0.4) ? '*'
    : chance(0.8) ? { AWS: oneOrMore(AWS) } : { Service: oneOrMore(['cloudfront.amazonaws.com', 'logs.amazonaws.com']) }
  // The other evaluator knows NotPrincipal with Deny only, as the guide advises.
  result[result.Effect === 'Deny' && principal !== '*' && chance(0.2) ? 'NotPrincipal' : 'Principal'] = principal
  result[chance(0.15) ? 'NotAction' : 'Action'] = oneOrMore(ACTIONS)
  result[chance(0.15) ? 'NotResource' : 'Resource'] = oneOrMore(RESOURCES)
  for (let i = Math.floor(random() * 3); i > 0; i--) {
    const [operator, key, values] = condition()
    result.Condition ??= {}
    result.Condition[operator] ??= {}
    result.Condition[operator][key] = values
  }
  return result
}

function pair() {
  const policy = { Statement: Array.from({ length: 1 + Math.floor(random() * 3) }, statement) }
  if (chance(0.8)) policy.Version = '2012-10-17'
  const principal = pick(CALLERS)
  const context = {}
  const conditions = policy.Statement.flatMap((s) => Object.entries(s.Condition ?? {}).flatMap(([operator, keys]) => Object.keys(keys).map((key) => [operator, key])))
  for (const [, key] of conditions) {
    const family = pick(FAMILIES.filter((f) => f.keys.includes(key) && f.names[0] !== 'Null')) 
    if (family && chance(0.8)) {
      context[key] = family.list ? Array.from({ length: 1 + Math.floor(random() * 2) }, () => pick(family.values)) : [pick(family.values)]
    }
  }
  // A session whose aws:PrincipalArn is not its role's is no request.
  if (context['aws:PrincipalArn'] && principal.includes(':assumed-role/')) {
    context['aws:PrincipalArn'] = [principal.replace(':sts:', ':iam:').replace('assumed-role', 'role').replace(/\/[^/]*$/, '')]
  }
  if (principal.includes(':user/')) context['aws:username'] = [principal.split('/').pop()]
  return { policy, request: { principal, action: pick(['s3:GetObject', 's3:PutObject']), resource: `arn:aws:s3:::${pick(OBJECTS)}`, context } }
}

async function simulate({ policy, request }) {
  const contextVariables = Object.fromEntries(Object.entries(request.context).map(([key, values]) => [key, isList(key) ? values : values[0]]))
  const result = await runSimulation({
    request: {
      principal: request.principal === '*' ? anonymousPrincipal : request.principal,
      action: request.action,
      resource: { resource: request.resource, accountId: '111122223333' },
      contextVariables,
    },
    identityPolicies: [], serviceControlPolicies: [], resourceControlPolicies: [], resourcePolicy: policy,
  }, {})
  if (result.resultType === 'error') return { error: JSON.stringify(result.errors) }
  const { result: outcome } = result.result.analysis.resourceAnalysis
  const verdict = { Allowed: 'allow', AllowedForAccount: 'allow', ExplicitlyDenied: 'explicit-deny', DeniedForAccount: 'explicit-deny', ImplicitlyDenied: 'implicit-deny', NotApplicable: 'implicit-deny' }[outcome]
  return { verdict: verdict ?? outcome }
}

const isList = (key) => FAMILIES.some((family) => family.list && family.keys.includes(key))

// ---- our side: one process, a line for a line ----

const [command, ...args] = process.env.DECIDE.split(' ')
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
async function decide(p) {
  child.stdin.write(JSON.stringify(p) + '\n')
  const { value, done } = await answers.next()
  if (done) throw new Error('the example `decide` has ended')
  return JSON.parse(value)
}

/** Both verdicts if they differ; nothing if they agree or one side refuses the pair. */
async function disagreement(p) {
  const [ours, theirs] = [await decide(p), await simulate(p)]
  return ours.decision && theirs.verdict && ours.decision !== theirs.verdict ? [ours.decision, theirs.verdict] : undefined
}

// ---- shrinking ----

function* smaller(p) {
  const copy = (edit) => {
    const q = structuredClone(p)
    edit(q)
    return q
  }
  const { Statement } = p.policy
  for (const key of Object.keys(p.request.context)) yield copy((q) => delete q.request.context[key])
  for (const [i, statement] of Statement.entries()) {
    if (Statement.length > 1) yield copy((q) => q.policy.Statement.splice(i, 1))
    for (const element of ['Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource']) {
      const value = statement[element]
      if (value !== undefined && value !== '*') {
        yield copy((q) => {
          delete q.policy.Statement[i][element]
          q.policy.Statement[i][element.replace('Not', '')] = '*'
        })
      }
      if (Array.isArray(value) && value.length > 1) {
        for (const j of value.keys()) yield copy((q) => q.policy.Statement[i][element].splice(j, 1))
      }
    }
    for (const [operator, keys] of Object.entries(statement.Condition ?? {})) {
      for (const [key, values] of Object.entries(keys)) {
        yield copy((q) => {
          const block = q.policy.Statement[i].Condition
          delete block[operator][key]
          if (Object.keys(block[operator]).length === 0) delete block[operator]
        })
        if (Array.isArray(values) && values.length > 1) {
          for (const j of values.keys()) yield copy((q) => q.policy.Statement[i].Condition[operator][key].splice(j, 1))
        }
      }
    }
  }
  if (p.request.principal !== '*') yield copy((q) => (q.request.principal = '*'))
}

async function shrink(p) {
  search: for (;;) {
    for (const q of smaller(p)) {
      if (await disagreement(q)) {
        p = q
        continue search
      }
    }
    return p
  }
}

// ---- classes of disagreement, by what a shrunk pair is made of; see docs/policy-semantics.md ----

const operatorsOf = ({ policy }) => policy.Statement.flatMap((s) => Object.keys(s.Condition ?? {}))
const operandsOf = ({ policy }) =>
  policy.Statement.flatMap((s) => Object.values(s.Condition ?? {}).flatMap((keys) => Object.values(keys).flat()))
const valuesOf = ({ request }) => Object.values(request.context).flat()
const resourcesOf = ({ policy }) => policy.Statement.flatMap((s) => [s.Resource ?? s.NotResource].flat())
const only = (p, pattern) => operatorsOf(p).length === 1 && pattern.test(operatorsOf(p)[0])
const written = (p) => [...operandsOf(p), ...resourcesOf(p)]

const CLASSES = [
  ['epoch-date', (p) => only(p, /Date/) && [...operandsOf(p), ...valuesOf(p)].some((text) => /^\d+$/.test(text))],
  ['zero-prefix', (p) => only(p, /IpAddress/) && operandsOf(p).includes('0.0.0.0/0')],
  ['v6-host-bits', (p) => only(p, /IpAddress/) && operandsOf(p).includes('2001:db8::1/32')],
  ['number-exponent', (p) => only(p, /Numeric/) && operandsOf(p).includes('1e1')],
  ['number-beyond-double', (p) => only(p, /Numeric/) && operandsOf(p).includes('9007199254740993')],
  ['other-family', (p) => only(p, /NotIpAddress/) && valuesOf(p).some((text) => text.includes(':') !== operandsOf(p).some((o) => o.includes(':')))],
  ['escaped-wildcard', (p) => only(p, /String/) && operandsOf(p).includes('${*}')],
  ['variable-old-version', (p) => p.policy.Version !== '2012-10-17' && written(p).some((text) => text.includes('${'))],
  ['variable-without-value', (p) => written(p).some((text) => text.includes('${aws:username')) && !p.request.context['aws:username']
    && (only(p, /Not/) || p.policy.Statement.some((s) => s.NotResource))],
  ['federated-user-of-user', (p) => p.request.principal.includes(':federated-user/')
    && JSON.stringify(p.policy).includes(':user/') && operatorsOf(p).length === 0],
]

// ---- the run ----

const counts = { agreed: 0 }
const verdicts = {}
const examples = {}
const count = (name, example) => {
  counts[name] = (counts[name] ?? 0) + 1
  examples[name] ??= example
}
for (let i = 0; i < wanted; i++) {
  const p = pair()
  const [ours, theirs] = [await decide(p), await simulate(p)]
  if (!ours.decision || theirs.error) {
    count(ours.decision ? 'refused by them only' : theirs.error ? 'refused by both' : 'refused by us only', { p, ours, theirs })
  } else if (ours.decision === theirs.verdict) {
    counts.agreed++
    verdicts[ours.decision] = (verdicts[ours.decision] ?? 0) + 1
  } else {
    const small = await shrink(p)
    const found = CLASSES.find(([, test]) => test(small))
    count(found ? found[0] : 'UNEXPLAINED', { ...small, verdicts: await disagreement(small) })
  }
}
child.stdin.end()
console.log(JSON.stringify({ pairs: wanted, counts, agreed: verdicts }, null, 1))
for (const [name, example] of Object.entries(examples)) console.log(`${name}: ${JSON.stringify(example)}`)
process.exitCode = counts.UNEXPLAINED || counts['refused by us only'] ? 1 : 0
