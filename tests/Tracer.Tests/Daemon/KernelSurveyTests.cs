// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Tracer.Daemon;
using Tracer.Output;

namespace Tracer.Tests.Daemon;

public sealed class KernelSurveyTests
{
    [Theory]
    [InlineData(Architecture.S390x)]
    [InlineData(Architecture.RiscV64)]
    public void A_machine_without_programs_is_refused_in_one_line(Architecture machine)
    {
        StartException refused = Assert.Throws<StartException>(() => KernelSurvey.CheckMachine(machine));
        Assert.Equal(ExitCode.KernelUnsupported, refused.ExitCode);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void The_tested_machine_is_taken() => KernelSurvey.CheckMachine(Architecture.X64);
}
