import { type ShopName, shopNames } from '../support/shops.ts';
import { losesNoRequest } from './order.ts';

/** With a dynamic stable the rest of the table is in `test/thorough`: one router for each way to reach pods is enough here. */
const byEachWay: readonly ShopName[] = ['Istio with subsets', 'ALB with ping-pong', 'SMI'];

for (const name of shopNames) losesNoRequest(name, 'a whole stable');
for (const name of byEachWay) losesNoRequest(name, 'a dynamic stable');
