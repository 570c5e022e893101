<?php
// SPDX-License-Identifier: Apache-2.0
// x.php PORT: see LeakingProgram.cs. In a web server, ?port=PORT leaks one socket that outlives the request; the next request to the same worker
// finds its peer gone, closes it and opens another.

class Repo
{
    public $kept = [];

    public function load(int $port): void
    {
        $socket = $this->q($port);
        $this->kept[] = $socket;
        user_send($socket);
        user_read($socket);
    }

    private function q(int $port)
    {
        return PHP_SAPI === 'cli'
            ? fsockopen('127.0.0.1', $port)
            : pfsockopen('127.0.0.1', $port);
    }
}

function user_send($socket): void
{
    fwrite($socket, 'x');
}

function user_read($socket): void
{
    // Not by feof(), which only peeks at the end.
    while (fread($socket, 4096) !== '') {
    }
}

function user_close($socket): void
{
    fclose($socket);
}

function controller(Repo $repo, int $port): void
{
    $repo->load($port);
}

$repo = new Repo();
if (PHP_SAPI !== 'cli') {
    if (isset($_GET['port'])) {
        controller($repo, (int) $_GET['port']);
    }
    echo "ready\n";
    exit;
}
while (($line = fgets(STDIN)) !== false) {
    if (trim($line) === 'leak') {
        controller($repo, (int) $argv[1]);
        echo "ready\n";
        continue;
    }
    while ($repo->kept) {
        user_close(array_pop($repo->kept));
    }
    echo "closed\n";
}
