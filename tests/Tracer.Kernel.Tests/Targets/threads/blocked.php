<?php
// SPDX-License-Identifier: Apache-2.0
// blocked.php PORT: connects to 127.0.0.1:PORT and waits for an answer that never comes.

class Repo
{
    public function load($port)
    {
        $socket = fsockopen('127.0.0.1', (int)$port);
        echo "connected\n";
        return fread($socket, 10); // waits
    }
}

function controller($port)
{
    return (new Repo())->load($port); // controls
}

controller($argv[1]);
