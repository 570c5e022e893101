// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>Runs last (see <see cref="CleanUpLast"/>).</summary>
[Trait("Guest", "yes")]
public sealed class CleanUpTests(SceneFixture scene) : KernelTest
{
    [Fact]
    public async Task All_tests_together_leave_nothing_behind()
    {
        string[] added = [];
        await Deadline.Until(
            "no program, map, link, namespace, mount, folder or process that was not there before",
            async () => (added = (await MachineInventory.Take()).Added(scene.Before!)).Length == 0 ? "nothing" : null,
            TimeSpan.FromSeconds(20),
            () => string.Join('\n', added));
    }
}
