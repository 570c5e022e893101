// SPDX-License-Identifier: Apache-2.0
using Xunit;

namespace Tracer.Stacks.Tests.Python;

/// <summary>
/// The interpreters to test with: the system's, and those of CLOSEWAIT_TEST_PYTHONS (paths with colons between), since a distribution has one version
/// only.
/// </summary>
internal static class PythonInterpreters
{
    internal const string Variable = "CLOSEWAIT_TEST_PYTHONS";
    private const string System = "/usr/bin/python3";

    internal static IEnumerable<TheoryDataRow<string>> All
    {
        get
        {
            string others = Environment.GetEnvironmentVariable(Variable) ?? "";
            foreach (string path in others.Split(':', StringSplitOptions.RemoveEmptyEntries).Prepend(System))
                yield return new TheoryDataRow<string>(path);
        }
    }
}
