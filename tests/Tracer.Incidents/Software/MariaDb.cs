// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Software;

/// <summary>MariaDB with data in the folder of the incident.</summary>
internal static class MariaDb
{
    public const string Program = "/usr/sbin/mariadbd";

    public const string Package = "mariadb-server";

    /// <param name="incident">Whose server it is.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="schema">SQL, one statement per line, that it runs before it serves.</param>
    public static Service Start(Incident incident, int port, string schema)
    {
        string folder = incident.Folder;
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        string script = incident.Write("schema.sql", schema);
        // Without tables of rights it needs no others of its own: an empty folder is enough, and it serves within a second.
        return incident.Run(Service.Start(
            Program, "--no-defaults", "--skip-grant-tables", "--user=root", $"--datadir={folder}/data", $"--socket={folder}/mariadb.sock",
            $"--pid-file={folder}/mariadb.pid", "--bind-address=127.0.0.1", $"--port={port}", "--skip-name-resolve", $"--init-file={script}",
            "--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M", "--innodb-data-file-path=ibdata1:1M:autoextend",
            "--innodb-temp-data-file-path=ibtmp1:1M:autoextend"));
    }
}
