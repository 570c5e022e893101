// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Tracer.Harness;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>The answer comes soon, also where thousands are stuck.</summary>
public sealed class CrowdTests : IncidentTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Thousands_of_stuck_sockets_are_explained_on_a_bare_host(bool isJson)
    {
        await using CrowdIncident incident = new();
        await incident.Start();
        await incident.Happen();
        using ScratchFolder folder = new();
        Stopwatch clock = Stopwatch.StartNew();
        string answer = await Command.MustRun(
            Repository.Executable, ["why", "--port", $"{incident.Port}", "--socket", folder.PathOf("none"), "--watch", "5s", .. isJson ? ["--json"] : Array.Empty<string>()]);
        clock.Stop();
        // For the one who reads the log: a time is no reason to fail on a machine that others use too.
        TestContext.Current.SendDiagnosticMessage($"{CrowdIncident.Leavers} stuck sockets explained 5 s + {clock.Elapsed.TotalSeconds - 5:0.0} s after the command");
        if (isJson)
            Assert.Equal((ulong)CrowdIncident.Leavers, FindingAssert.Only(Answer.Parse(answer, ""), incident).Sockets);
        else
            Assert.Contains($"{CrowdIncident.Leavers}", answer.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
