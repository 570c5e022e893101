// SPDX-License-Identifier: Apache-2.0
using System.Reflection;
using Xunit;
using Xunit.Sdk;

namespace Tracer.Kernel.Tests.Harness;

/// <summary>The test methods that this run has begun: some tests judge the run as a whole, and a run may be of a few tests only.</summary>
internal static class RanTests
{
    private static readonly HashSet<string> Names = [];

    public static void Add(ITestMethod? method)
    {
        if (method is not null)
            Names.Add(NameOf(method.TestClass.TestClassName, method.MethodName));
    }

    /// <summary>True when every test of this namespace has begun.</summary>
    public static bool IncludeAllOf(string @namespace) =>
        typeof(RanTests).Assembly.GetTypes()
            .Where(type => type.Namespace == @namespace && type.FullName is not null)
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null) // a theory is a fact too
            .All(method => Names.Contains(NameOf(method.DeclaringType!.FullName!, method.Name)));

    private static string NameOf(string testClass, string method) => $"{testClass}.{method}";
}
