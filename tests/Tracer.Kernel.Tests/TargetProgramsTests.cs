// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
using Tracer.Kernel.Tests.Harness;
using Xunit;

namespace Tracer.Kernel.Tests;

/// <summary>The programs under observation are there; where they are carried to a virtual machine this is what compiles them.</summary>
public sealed class TargetProgramsTests : KernelTest
{
    [Fact]
    public async Task Target_does_what_it_is_told_and_refuses_the_rest()
    {
        await using Target target = Target.Start();
        Assert.True((await target.Listen()).Port > 0);
        await Assert.ThrowsAsync<InvalidOperationException>(() => target.Ask("no-such-command"));
    }
}
