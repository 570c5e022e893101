// SPDX-License-Identifier: Apache-2.0
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Software;

/// <summary>haproxy with a configuration of its own, in the foreground.</summary>
internal static class HaProxy
{
    public const string Program = "/usr/sbin/haproxy";

    public const string Package = "haproxy";

    /// <param name="incident">Whose proxy it is.</param>
    /// <param name="sections">Its configuration, beginning with `defaults`.</param>
    public static Service Start(Incident incident, string sections)
    {
        string configuration = incident.Write("haproxy.cfg", $"global\n    nbthread 1\n    maxconn 1000\n{sections}\n");
        return incident.Run(Service.Start(Program, "-db", "-f", configuration));
    }
}
