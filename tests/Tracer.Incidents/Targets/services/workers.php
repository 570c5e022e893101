<?php
// SPDX-License-Identifier: Apache-2.0
// Pre-forked workers, as of a service framework: argument 1 is how many, 2 "keep" or "close", the others are the ports of their peers.
// Each line on standard input is a job for every worker.
require __DIR__ . '/rpc.php';

[, $count, $mode] = $argv;
$ports = array_slice($argv, 3);
$jobs = [];
$done = [];
for ($i = 0; $i < (int) $count; $i++) {
    [$jobs[], $inbox] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    if (pcntl_fork() === 0) {
        work($inbox, $ports, $mode === 'close');
        exit(0);
    }
    fclose($inbox);
}
echo "ready\n";
while (($job = fgets(STDIN)) !== false) {
    foreach ($jobs as $outbox) {
        fwrite($outbox, $job);
    }
    foreach ($jobs as $outbox) {
        fgets($outbox);
    }
    echo "done\n";
}

function work($inbox, array $ports, bool $close): void
{
    while (fgets($inbox) !== false) { // waits for a job
        foreach ($ports as $port) {
            Rpc::call((int) $port, 'PING');
        }
        if ($close) {
            Rpc::close();
        }
        fwrite($inbox, "done\n");
    }
}
