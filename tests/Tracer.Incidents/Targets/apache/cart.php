<?php
// SPDX-License-Identifier: Apache-2.0
require __DIR__ . '/stock.php';

echo 'in stock: ', Stock::ask((int) $_GET['port'], isset($_GET['close'])), "\n";
usleep(500_000); // renders the page: requests at the same time are served by as many workers
