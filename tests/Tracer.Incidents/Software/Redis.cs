// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Software;

/// <summary>A Redis server that keeps nothing.</summary>
internal static class Redis
{
    public const string Program = "/usr/bin/redis-server";

    public const string Package = "redis-server";

    /// <param name="incident">Whose server it is.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="timeout">After so much idle time it closes a connection; it looks at whole seconds.</param>
    public static Service Start(Incident incident, int port, TimeSpan timeout) =>
        incident.Run(Service.Start(
            Program, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", incident.Folder, "--save", "",
            "--appendonly", "no", "--timeout", timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture)));
}
