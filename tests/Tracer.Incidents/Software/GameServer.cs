// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Incidents.Stage;

namespace Tracer.Incidents.Software;

/// <summary>Targets/game/server.cpp, compiled as a distribution would, with its lines.</summary>
internal static class GameServer
{
    public const string Program = "game/server.cpp";

    private static readonly string[] Flags = ["-std=gnu++17", "-O2", "-g", "-fomit-frame-pointer", "-Wall", "-Wextra", "-Werror"];

    /// <summary>Returns when it serves.</summary>
    public static async Task<Service> Start(Incident incident, int port, int descriptors, Farewell farewell, NetworkNamespace? netns = null)
    {
        string program = incident.PathOf("server");
        await Command.MustRun("g++", [.. Flags, "-o", program, incident.Install(Program)]);
        string[] command = [program, $"{port}", $"{descriptors}", farewell.ToString()];
        Service server = netns is null
            ? Service.Start(command[0], command[1..])
            : Service.Start("nsenter", [$"--net=/run/netns/{netns.Name}", .. command, "KEEPALIVE"]);
        await server.Process.ReadLine();
        return server;
    }
}
