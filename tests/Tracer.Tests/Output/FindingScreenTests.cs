// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Output;

public sealed class FindingScreenTests
{
    [Fact]
    public void A_line_that_is_also_the_origin_is_shown_once()
    {
        Finding finding = FindingSamples.EofNotRead();
        finding.Code = finding.Origin.Clone();
        Assert.Single(Show(finding), line => line.StartsWith("  opened ", StringComparison.Ordinal));
        finding.Code.Label = "elsewhere";
        Assert.Equal(2, Show(finding).Count(line => line.StartsWith("  opened ", StringComparison.Ordinal)));
    }

    private static string[] Show(Finding finding)
    {
        using var output = new StringWriter();
        new FindingScreen(output, new OutputStyle(new Palette(enabled: false), Headers: true, CutLongFields: false, TimeZoneInfo.Utc)).Write(finding);
        return output.ToString().Split(Environment.NewLine);
    }
}
