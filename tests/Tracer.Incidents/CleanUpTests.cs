// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Incidents.Stage;
using Xunit;

namespace Tracer.Incidents;

/// <summary>Runs last (see <see cref="CleanUpLast"/>).</summary>
public sealed class CleanUpTests(MachineFixture machine) : IncidentTest
{
    [Fact]
    public async Task All_incidents_together_leave_nothing_behind()
    {
        string[] added = [];
        await Deadline.Until(
            "no program, map, link, namespace, mount, folder or process that was not there before",
            async () => (added = [.. (await MachineInventory.Take()).Added(machine.Before!), .. Service.Survivors()]).Length == 0 ? "nothing" : null,
            TimeSpan.FromSeconds(20),
            () => string.Join('\n', added));
    }
}
