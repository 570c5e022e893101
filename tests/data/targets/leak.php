<?php
// SPDX-License-Identifier: Apache-2.0
// leak.php PORT, or ?port=PORT in a web server: connects, reads until the peer closes, keeps the socket. On the command line it prints "ready" then,
// and ends with its input; in a web server the socket outlives the request.

class Repo
{
    public $kept = [];

    public function load(int $port): void
    {
        $this->q($port);
    }

    private function q(int $port): void
    {
        $socket = PHP_SAPI === 'cli' ? fsockopen('127.0.0.1', $port) : pfsockopen('127.0.0.1', $port);
        $this->kept[] = $socket;
        while (!feof($socket)) {
            fread($socket, 4096);
        }
    }
}

function controller(Repo $repo, int $port): void
{
    $repo->load($port);
}

$repo = new Repo();
controller($repo, (int) (PHP_SAPI === 'cli' ? $argv[1] : $_GET['port']));
echo "ready\n";
if (PHP_SAPI === 'cli') {
    fgets(STDIN);
}
