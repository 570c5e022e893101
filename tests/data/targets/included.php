<?php
// SPDX-License-Identifier: Apache-2.0
// Included by frames.php.
$closure((int) $argv[1]);
