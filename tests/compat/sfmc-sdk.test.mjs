// sfmc-sdk 2.1.2: a client on axios.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import SDK from 'sfmc-sdk';
import { account, aroundNow, startSimulator } from './simulator.mjs';

const actions = '/contacts/v1/contacts/actions';
const lists = '/contacts/v1/contacts';

/** Its constructor takes a well-formed address of the real cloud only; afterwards it asks whomever it is pointed at. */
function clientOf(simulator, options, secret = simulator.clientSecret) {
  const sdk = new SDK(
    {
      client_id: simulator.clientId,
      client_secret: secret,
      auth_url: 'https://mc0123456789abcdefghijklmnop.auth.marketingcloudapis.com/',
      account_id: account,
    },
    options,
  );
  sdk.auth.authObject.auth_url = simulator.url;
  return sdk;
}

const deletion = (values) => ({ values, DeleteOperationType: 'ContactAndAttributes' });

function assertAccepted(reply) {
  assert.equal(reply.operationInitiated, true);
  assert.ok(Number.isInteger(reply.operationID) && reply.operationID > 0, `operationID is ${reply.operationID}`);
  assert.notEqual(reply.hasErrors, true);
  return reply.operationID;
}

describe('sfmc-sdk', () => {
  let simulator;
  let sdk;
  before(async () => {
    simulator = await startSimulator();
    sdk = clientOf(simulator);
  });
  after(() => simulator.stop());

  test('token', async () => {
    const session = await sdk.auth.getAccessToken();
    assert.match(session.access_token, /^[A-Za-z0-9]{100,}$/);
    assert.equal(session.token_type, 'Bearer');
    assert.equal(session.rest_instance_url, simulator.url + '/');
    assert.equal(session.expires_in, 18 * 60);
    assert.match(session.scope, /list_and_subscribers_read/);
    assert.match(session.scope, /list_and_subscribers_write/);
  });

  test('token with a wrong secret', async () => {
    const stranger = clientOf(simulator, {}, 'wrong');
    await assert.rejects(stranger.auth.getAccessToken(), (error) => {
      assert.equal(error.response.status, 401);
      assert.equal(error.response.data.error, 'invalid_client');
      return true;
    });
  });

  test('submit by keys', async () => {
    assertAccepted(await sdk.rest.post(`${actions}/delete?type=keys`, deletion(['A', 'B', 'C'])));
    await simulator.logged(/submit 3 keys -> operation/);
  });

  test('submit by ids', async () => {
    assertAccepted(await sdk.rest.post(`${actions}/delete?type=ids`, deletion([12345678, 12345679])));
    await simulator.logged(/submit 2 ids -> operation/);
  });

  test('submit a list', async () => {
    const reply = await sdk.rest.post(`${actions}/delete?type=listReference`, {
      deleteOperationType: 'ContactAndAttributes',
      targetList: { listType: { listTypeID: 3 }, listKey: 'ERASE-2026-11' },
      deleteListWhenCompleted: false,
      deleteListContentsWhenCompleted: false,
    });
    assertAccepted(reply);
    assert.equal(reply.targetListInformation.listKey, 'ERASE-2026-11');
    assert.ok(reply.targetListInformation.rowCount > 0);
  });

  test('restrict by keys', async () => {
    const id = assertAccepted(await sdk.rest.post(`${actions}/restrict?type=keys`, { values: ['R'] }));
    const reply = await sdk.rest.get(`${actions}/restrict/status?operationID=${id}`);
    assert.equal(reply.operation.operationID, id);
  });

  test('a refused submission', async () => {
    await assert.rejects(sdk.rest.post(`${actions}/delete?type=keys`, deletion([])), (error) => {
      assert.equal(error.response.status, 400);
      assert.equal(error.response.data.hasErrors, true);
      assert.equal(error.response.data.operationInitiated, false);
      assert.equal(error.response.data.resultMessages[0].resultClass, 'Error');
      return true;
    });
  });

  test('status', async () => {
    const id = assertAccepted(await sdk.rest.post(`${actions}/delete?type=keys`, deletion(['S'])));
    const reply = await sdk.rest.get(`${actions}/delete/status?operationID=${id}`);
    assert.equal(reply.operation.operationID, id);
    assert.ok(['Pending', 'Processing'].includes(reply.operation.status), reply.operation.status);
    assert.equal(reply.numberofRestorableDays, 2);
    assert.ok(!reply.backgroundOperationsSummary?.length);
  });

  test('status of an operation that there is not', async () => {
    await assert.rejects(sdk.rest.get(`${actions}/delete/status?operationID=1`), (error) => {
      assert.equal(error.response.status, 404);
      assert.equal(error.response.data.errorcode ?? error.response.data.ErrorCode, 30003);
      return true;
    });
  });

  test('several statuses at once', async () => {
    const ids = [];
    for (const key of ['one', 'two', 'three']) {
      ids.push(assertAccepted(await sdk.rest.post(`${actions}/delete?type=keys`, deletion([key]))));
    }
    const replies = await sdk.rest.getCollection(ids.map((id) => `${actions}/delete/status?operationID=${id}`));
    assert.deepEqual(
      replies.map((reply) => reply.operation.operationID),
      ids,
    );
  });
});

describe('sfmc-sdk: paged lists', () => {
  const size = 2;
  const ids = [];
  let simulator;
  let sdk;
  let pages = [];
  before(async () => {
    simulator = await startSimulator();
    // The client gathers all rows in the first page's object, so what a page held is noted when it comes.
    const logResponse = ({ data }) => {
      const rows = data.operations ?? data.items;
      if (rows) pages.push([data.pageNumber ?? data.page, data.pageSize, rows.length]);
    };
    sdk = clientOf(simulator, { eventHandlers: { logResponse } });
    for (const key of ['A', 'B', 'C', 'D', 'E']) {
      ids.push(assertAccepted(await sdk.rest.post(`${actions}/delete?type=keys`, deletion([key]))));
    }
  });
  after(() => simulator.stop());

  const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

  test('analytics/deleterequests', async () => {
    pages = [];
    const all = await sdk.rest.getBulk(`${lists}/analytics/deleterequests?${aroundNow()}`, size, 'operations');
    assert.deepEqual(sorted(all.operations.map((row) => row.operationId)), sorted(ids));
    assert.deepEqual(pages, [[1, size, 2], [2, size, 2], [3, size, 1]]);
    for (const row of all.operations) assert.equal(row.status, 'Processing');
  });

  test('analytics/deleterequests, sorted and of a status', async () => {
    const query = `${aroundNow()}&statusid=1&$orderby=operationId desc`;
    const all = await sdk.rest.getBulk(`${lists}/analytics/deleterequests?${query}`, size, 'operations');
    assert.deepEqual(
      all.operations.map((row) => row.operationId),
      sorted(ids).reverse(),
    );
  });

  test('deleteOperations', async () => {
    pages = [];
    const all = await sdk.rest.getBulk(`${lists}/deleteOperations`, size);
    assert.deepEqual(sorted(all.items.map((row) => row.operationID)), sorted(ids));
    assert.equal(all.count, ids.length);
    assert.deepEqual(pages, [[1, size, 2], [2, size, 2], [3, size, 1]]);
  });

  test('summary', async () => {
    const reply = await sdk.rest.get(`${lists}/analytics/deleterequests/summary?${aroundNow()}`);
    assert.equal(reply.totaltimeseries[0].requestcount, ids.length);
  });
});

describe('sfmc-sdk: a token that expired', () => {
  let simulator;
  beforeEach(async () => {
    simulator = await startSimulator('--faults', 'status:unauthorized*1');
  });
  afterEach(() => simulator.stop());

  test('is fetched anew with requestAttempts: 2', async () => {
    let tokens = 0;
    const sdk = clientOf(simulator, { requestAttempts: 2, eventHandlers: { onRefresh: () => tokens++ } });
    const id = assertAccepted(await sdk.rest.post(`${actions}/delete?type=keys`, deletion(['A'])));
    const reply = await sdk.rest.get(`${actions}/delete/status?operationID=${id}`);
    assert.equal(reply.operation.operationID, id);
    assert.equal(tokens, 2);
    await simulator.logged(/401 {2}status \d+ {3}fault: unauthorized/);
  });

  test('is an error 401 without', async () => {
    const sdk = clientOf(simulator);
    const id = assertAccepted(await sdk.rest.post(`${actions}/delete?type=keys`, deletion(['A'])));
    await assert.rejects(sdk.rest.get(`${actions}/delete/status?operationID=${id}`), (error) => {
      assert.equal(error.response.status, 401);
      assert.equal(error.response.data.message, 'Not Authorized');
      return true;
    });
  });
});
